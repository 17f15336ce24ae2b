/** Makes every replica forget: tombstones, definitions, notifications, in one transaction. */
package dev.lockstep.realm.invalidate;
