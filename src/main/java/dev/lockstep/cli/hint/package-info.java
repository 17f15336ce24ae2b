/**
 * What the mechanisms offer to do about an error, said in the command line's words. A mechanism names a remedy and its
 * arguments; which command or option that is stands here and nowhere else, one class a mechanism.
 */
package dev.lockstep.cli.hint;
