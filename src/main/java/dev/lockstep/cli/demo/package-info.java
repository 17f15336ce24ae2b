/** The command {@code demo}: each mechanism once, on real databases, and checked. */
package dev.lockstep.cli.demo;
