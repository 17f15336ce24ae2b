/** How options and parameters are declared and converted. */
package dev.lockstep.cli.option;
