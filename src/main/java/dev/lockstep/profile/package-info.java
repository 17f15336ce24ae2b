/**
 * What an application's database looks like, as plain data, and the JSON that says so.
 *
 * <p>Nothing about one application is written in code: a profile names its tables, columns and keys. The built-in ones
 * are resources beside this class; any other is a file of the same form.
 */
package dev.lockstep.profile;
