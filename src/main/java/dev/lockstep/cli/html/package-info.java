/** A report as one HTML file that needs no network, to be kept with an incident: for a screen, light or dark, and for paper. */
package dev.lockstep.cli.html;
