package dev.lockstep.cli.option;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a whole number from 0 to 9,223,372,036,854,775,807. */
final class NaturalNumber implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message for all that is no such number.
        }
        throw new TypeConversionException("'" + text + "' is not a whole number from 0 to " + Long.MAX_VALUE);
    }
}
