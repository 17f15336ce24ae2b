/* What an application might register with its own SQLite: the tokenizer app_words, the function app_fold, the collation app_order.
   cc -shared -fPIC -Os -nostdlib -s -Wl,-z,noseparate-code -Wl,--build-id=none -o app-linux-x86_64.so app.c */
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

static void fold(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL) {
        return;
    }
    const char *text = (const char *)sqlite3_value_text(values[0]);
    char *folded = sqlite3_mprintf("%s", text);
    for (char *c = folded; c && *c; c++) {
        if (*c >= 'A' && *c <= 'Z') {
            *c += 'a' - 'A';
        }
    }
    sqlite3_result_text(context, folded, -1, sqlite3_free);
}

/* Bytes, from the end of the alphabet. */
static int order(void *unused, int n, const void *left, int m, const void *right) {
    (void)unused;
    const unsigned char *a = left, *b = right;
    for (int i = 0; i < n && i < m; i++) {
        if (a[i] != b[i]) {
            return b[i] - a[i];
        }
    }
    return m - n;
}

/* Cuts as unicode61 does, under another name. */
static int words(sqlite3 *db) {
    fts5_api *fts = 0;
    sqlite3_stmt *statement = 0;
    int code = sqlite3_prepare_v2(db, "select fts5(?1)", -1, &statement, 0);
    if (code == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, &fts, "fts5_api_ptr", 0);
        sqlite3_step(statement);
        code = sqlite3_finalize(statement);
    }
    void *context = 0;
    fts5_tokenizer tokenizer;
    if (code == SQLITE_OK) {
        code = fts ? fts->xFindTokenizer(fts, "unicode61", &context, &tokenizer) : SQLITE_ERROR;
    }
    return code == SQLITE_OK ? fts->xCreateTokenizer(fts, "app_words", context, &tokenizer, 0) : code;
}

int sqlite3_extension_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
    (void)message;
    SQLITE_EXTENSION_INIT2(api);
    int code = sqlite3_create_function(db, "app_fold", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, 0, fold, 0, 0);
    if (code == SQLITE_OK) {
        code = sqlite3_create_collation(db, "app_order", SQLITE_UTF8, 0, order);
    }
    return code == SQLITE_OK ? words(db) : code;
}
