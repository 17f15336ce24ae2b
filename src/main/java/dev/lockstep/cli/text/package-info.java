/** Text for people: numbers, ages, colours, columns, and how wide a word is on a terminal. It depends on nothing else of the command line. */
package dev.lockstep.cli.text;
