package dev.lockstep.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void aTreeKeepsItsTypesAndTheOrderOfItsNames() {
        String text = "{\"z\":1,\"a\":[true,false,null,-2.5],\"m\":{\"é\":\"😀\"},\"big\":9223372036854775807}";

        Object tree = Json.parse(text);

        assertThat(tree).isInstanceOf(Map.class);
        Map<?, ?> map = (Map<?, ?>) tree;
        assertThat(new ArrayList<Object>(map.keySet())).isEqualTo(List.of("z", "a", "m", "big"));
        assertThat(map.get("z")).isEqualTo(1L);
        assertThat(map.get("big")).isEqualTo(Long.MAX_VALUE);
        assertThat(Json.write(tree)).isEqualTo(text);
    }

    @Test
    void textIsEscapedAsJavaScriptEscapesIt() {
        String text =
                "quote \" backslash \\ slash / tab \t newline \n return \r bell \b feed \f esc \u001b del \u007f \u2028";

        assertThat(Json.write(text))
                .isEqualTo("\"quote \\\" backslash \\\\ slash / tab \\t newline \\n return \\r bell \\b feed \\f"
                        + " esc \\u001b del \u007f \u2028\"");
    }

    @Property
    void anyTextComesBack(@ForAll String text) {
        assertThat(Json.parse(Json.write(List.of(text)))).isEqualTo(List.of(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"a":}         | 1:
            {"a":1,x}  | 1:
            [1,2           | 1:
            {"a":1,"a":2}  | Duplicate
            1 2            | 1:3: something follows
            nope           | 1:
            99999999999999999999 | 1:1: a whole number over 64 bits
            """)
    void whatIsNotOneJsonValueIsAUsageErrorWithItsPlace(String text, String place) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE))
                .hasMessageContaining(place);
    }

    @Test
    void theLineIsCounted() {
        assertThatThrownBy(() -> Json.parse("{\n  \"a\": 1,\n  b\n}")).hasMessageStartingWith("3:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n "})
    void nothingIsNotJson(String text) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("empty");
    }

    @Test
    void aNumberThatJsonCannotSayIsRefused() {
        assertThatThrownBy(() -> Json.write(List.of(Double.NaN))).isInstanceOf(IllegalArgumentException.class);
    }
}
