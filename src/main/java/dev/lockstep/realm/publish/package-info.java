/** A tree of files that readers see whole: written beside the old one, made durable, and switched to by one rename. */
package dev.lockstep.realm.publish;
