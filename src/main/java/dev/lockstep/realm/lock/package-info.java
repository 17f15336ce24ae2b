/** The locks of realms and of their files, as Boxel's writers take them, and who holds and awaits them. */
package dev.lockstep.realm.lock;
