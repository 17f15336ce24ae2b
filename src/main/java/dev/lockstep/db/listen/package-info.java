/** LISTEN over connections that break. A listener connects again, and says where notifications may have been lost. */
package dev.lockstep.db.listen;
