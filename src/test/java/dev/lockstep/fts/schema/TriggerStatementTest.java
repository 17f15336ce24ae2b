package dev.lockstep.fts.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fts.schema.TriggerStatement.Event;
import dev.lockstep.fts.schema.TriggerStatement.Timing;
import dev.lockstep.support.LockstepException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TriggerStatementTest {
    @Test
    void theHeadIsReadWhateverItsQuotesCaseAndComments() {
        TriggerStatement trigger = TriggerStatement.parse("""
                CREATE TRIGGER [odd  name]  -- begin
                  /* on "nothing" */ aFtEr update OF "a", b ON "ba""se"
                  for each row WHEN new.begin > 1 AND (select 1 from begin) = 1 BEGIN select 1; END""");

        assertThat(trigger.name()).isEqualTo("odd  name");
        assertThat(trigger.timing()).isEqualTo(Timing.AFTER);
        assertThat(trigger.event()).isEqualTo(Event.UPDATE);
        assertThat(trigger.table()).isEqualTo("ba\"se");
        assertThat(trigger.when()).contains("new.begin > 1 AND (select 1 from begin) = 1");
        assertThat(trigger.writes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            insert into f(a) values (new.a);                                 | f
            insert or replace into "f" values (1);                           | f
            REPLACE INTO [f] (a) select new.a;                               | f
            insert into 'f' values (1);                                      | f
            delete from `f` where a = old.a;                                 | f
            update or ignore F set a = 1;                                    | f
            update f as g set a = 1 from h where h.a = g.a;                  | f
            delete from "a""b"; insert into [f g] values (1);                | a"b,f g
            insert into log values ('insert into f values (1);');            | log
            insert into log values (1) -- ; delete from f ;\\n;              | log
            /* delete from f; */ insert into log select a from f;            | log
            select case when new.a then 1 else 2 end from f;                 |
            insert into log select (select count(*) from f where a = ';');   | log
            update into set a = 1; delete from "from"; insert into into values (1); | into,from
            insert into É values (1);                                        | É
            """)
    void aBodyWritesWhatItsStatementsWriteAndNothingElse(String body, String targets) {
        TriggerStatement trigger =
                TriggerStatement.parse("create trigger t insert on b begin " + body.replace("\\n", "\n") + " end");

        assertThat(trigger.targets())
                .containsExactlyElementsOf(targets == null ? List.of() : List.of(targets.split(",")));
        assertThat(trigger.timing()).isEqualTo(Timing.BEFORE);
    }

    @Test
    void namesAreComparedWithoutTheCaseOfAsciiLettersOnly() {
        TriggerStatement trigger =
                TriggerStatement.parse("create trigger t after insert on b begin delete from \"Été\"; end");

        assertThat(trigger.writes("éTé")).isFalse();
        assertThat(trigger.writes("ÉTÉ".replace('T', 't'))).isFalse();
        assertThat(trigger.writes("Été")).isTrue();
        assertThat(trigger.writes("ÉTé")).isTrue();
    }

    @Test
    void anInsertTellsItsColumnsAndItsContent() {
        TriggerStatement trigger = TriggerStatement.parse("create trigger t after insert on b begin"
                + " insert into f as x (a, \"b c\", [d]) values (new.a /* , */ || ')', new.\"b c\", 'it''s'); end");
        WriteStatement write = trigger.writes().get(0);

        assertThat(write.columns()).containsExactly("a", "b c", "d");
        assertThat(write.text(write.content())).isEqualTo("values (new.a /* , */ || ')', new.\"b c\", 'it''s')");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "drop table b",
                "create table t (a)",
                "create temp trigger t after insert on b begin select 1; end",
                "create trigger t after insert on b begin select 1; end; drop table b",
                "create trigger t after insert on b begin select 1;",
                "create trigger t after insert on b begin select 1",
                "create trigger t after insert on b when new.a begin",
                "create trigger t after insert on b begin select 'x; end",
                "create trigger t after insert on b begin select (1; end",
                "create trigger t after explode on b begin select 1; end",
                "create trigger 5 after insert on b begin select 1; end",
                "; create trigger t after insert on b begin select 1; end",
            })
    void anythingElseThanOneTriggerIsRefused(String sql) {
        assertThatThrownBy(() -> TriggerStatement.parse(sql))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED))
                .hasMessageStartingWith("not one CREATE TRIGGER statement");
    }
}
