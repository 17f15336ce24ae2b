package dev.lockstep.db.libpq;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerOptionsTest {
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "-c geqo=off => {geqo=off}",
                "  -cgeqo=off\t--work-mem=4MB  => {geqo=off, work_mem=4MB}",
                "-c Search_Path=a,b => {search_path=a,b}",
                "-c search_path=a\\ b -c x.y= => {search_path=a b, x.y=}",
                "-c application_name=a\\\\b=c => {application_name=a\\b=c}",
            })
    void aSettingIsReadAsTheServerReadsIt(String options, String settings) {
        assertThat(ServerOptions.of(options)).hasToString("ServerOptions[settings=" + settings + ", complete=true]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-B 4MB", "-c", "-c geqo", "-e", "-F -c geqo=off", "off"})
    void whatIsNoSettingIsSeen(String options) {
        assertThat(ServerOptions.of(options).complete()).isFalse();
    }

    @Test
    void nothingIsNothing() {
        assertThat(ServerOptions.of(" ")).isEqualTo(new ServerOptions(Map.of(), true));
    }
}
