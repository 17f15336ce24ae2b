/**
 * A cache of compiled modules that a fleet shares through PostgreSQL, and that never serves what was invalidated.
 *
 * <p>Three layers. {@link dev.lockstep.transpile.service.LocalCache} is in the process; {@link dev.lockstep.transpile.TranspileCache} is
 * a table, {@code module_transpile_cache}, in Boxel's form, so that its replicas share it, with one of our own beside it; and
 * {@link dev.lockstep.transpile.service.Coordinator} lets one process of the fleet build while the others wait.
 * {@link dev.lockstep.transpile.service.TranspileService} puts them together, {@link dev.lockstep.transpile.service.SharedBuilds} all but the first.
 *
 * <h2>A row</h2>
 *
 * <pre>
 *              store at cap &gt;= generation                    tombstone: generation + 1
 *   absent ──────────────────────────────▶ live ──────────────────────────────▶ tombstone
 *     │                                    ▲  │ below the floor: no reader takes it     │
 *     │ tombstone at floor + 1             └──┼── store at cap &gt;= generation ───────────┤
 *     └───────────────────────────────────────┼────────────────────────────────────────▶│
 *   absent ◀──────────────────────────────────┴── prune, with the floor raised above ───┘
 * </pre>
 *
 * <p>A generation never falls. Whoever wants to store looks first and thereby captures {@code cap}, the greater of the row's
 * generation and the realm's floor; only then can it open the source ({@link dev.lockstep.transpile.Captured}). Its store is refused
 * if the row has moved past {@code cap}. An invalidation of a path leaves a tombstone above every {@code cap} that can have
 * been captured before; one of a realm raises its floor above them all, for paths that have no row too: it
 * reads the realm's rows, and writes none. Readers take no row below the floor, so a late store under an old
 * {@code cap} is harmless wherever it lands. A tombstone and the notification of it belong into one transaction, the
 * caller's, so that nobody is told before the cache has forgotten.
 *
 * <p>The table is unlogged: a crash of the server empties it, tombstones and all. {@code lockstep_epoch} is emptied by the same
 * crash, and a store is refused whose epoch is gone. {@code lockstep_realm_floor} is logged and stays.
 *
 * <h2>Artifacts of a key</h2>
 *
 * <p>A fingerprint names a compiler and its options. Its artifacts are in {@code lockstep_keyed_artifact}, one for each path and
 * fingerprint, so that two compilers that take turns do not evict each other. The row of the path in {@code
 * module_transpile_cache} stays the only place where a path is invalidated: an artifact beside it is valid if and only if
 * the row is there, has the artifact's generation, that is not below the floor, and no replica that knows only Boxel's columns
 * has put an artifact of its own into the row meanwhile.
 *
 * <p>Why that suffices: whoever stores has captured {@code cap}, and what is stored has the generation {@code cap}. The row is
 * looked at by the same statement; one that is missing or below the floor becomes a tombstone at {@code cap}, and where it has moved
 * past {@code cap}, nothing is stored. So at the store the row has the artifact's generation. An invalidation of the path,
 * ours or a replica's, leaves the row above it, also where the store has not seen it yet: the reader compares, in
 * one snapshot. One of the realm raises the floor above every {@code cap} captured before. A generation does not come back: a row is
 * deleted only below the floor, and what is captured later is at the floor or above. Pruning carries a row and what is valid beside it above
 * the new floor in one statement, and spares the tombstone that something counts on.
 *
 * <p>Invalidations write nothing in that table; what they leave behind, {@code prune} deletes. A replica may overwrite the row
 * at the same generation, and then nobody can tell what it has built from. A row without an artifact leaves those beside it
 * valid, and so does one that we have stored, whose {@code stamp} fits. Any other must be the one that was there when the artifact
 * beside it was stored: {@code beside} has its {@code created_at}, or -1 if that was null; it is null where the row had no
 * artifact.
 *
 * <p>The model of all this is checked in every reachable state by {@code CacheModelTest}, the SQL by random interleavings. The
 * model goes by the generations alone; {@code beside} only makes more artifacts void.
 *
 * <h2>Dependencies</h2>
 *
 * <p>An artifact whose dependency was invalidated is stale. Invalidations of ours invalidate along the imports that they find;
 * but a replica's does not, and an artifact that is being built is not found. So each records, when it is stored, which
 * generations the rows of its dependencies have, and a look compares: an invalidation, by whomever, leaves a generation that
 * is higher. A row that was not there may appear without one, because something was built: that is harmless at or
 * below the floor of then, and so is a tombstone with a {@code stamp}, which nobody leaves but a look or the store of a key's
 * artifact. On what a build will depend is known only afterwards; what a transaction has written that had not ended when
 * the state was captured ({@link dev.lockstep.transpile.Captured#asOf}) counts as an invalidation, unless it is
 * harmless, and the artifact is refused.
 *
 * <p>What a dependency depends on counts as well, as far as the cache knows. Where it came to be known after
 * the artifact was stored, and was built again since, its own row tells: whoever looks and finds an artifact stale for
 * a dependency leaves a tombstone. Pruning a tombstone raises the floor, and what has recorded generations is not carried
 * above it: it costs a build. A replica records nothing: what it has stored is stale for us while an import has a tombstone
 * that is younger.
 *
 * <h2>Together with those who know only Boxel's columns</h2>
 *
 * <p>They read rows below the floor, store without an epoch, and leave {@code fingerprint} and {@code content} as they were when they
 * overwrite a row. The first is met by tombstones in the rows, which a bulk invalidation writes as soon as a row of the realm has
 * {@code headers} (without them Boxel sees no artifact) or the guard is there; the last by {@code stamp}, which says which
 * generation, time and length those columns belong to. Their stale stores are kept out by the guard, a
 * trigger ({@code init --guard}). Nothing gives them the epoch: after a crash of the server, {@code tombstone --all}.
 *
 * <p>Their own bulk invalidation knows no floor and touches only the rows that are there, and their tombstone of a row below
 * the floor may stay below it. So where they use the realm, as the guard, a row with {@code headers} or Boxel's registry of realms
 * tells, a path has a row that is not below the floor before anything is built for it: whoever of us looks leaves a
 * tombstone, committed before the generation is captured. That is enough for what we store. For what they store it takes the
 * guard: what comes first, of a path without a row, becomes a tombstone, above all that can have been captured. That
 * costs a replica one build of each path that nobody has looked at. Without the guard their race stays as it is among them, and
 * what they store in it is at generation 0, as everything is that they store first: to begin floors at 1 would tell the
 * two apart as little, and share none of it.
 *
 * <p>The table has no index but Boxel's own: one over what a tombstone changes would end HOT updates, and send two bulk
 * updates through the rows in different orders, which is how they deadlock.
 *
 * <p>The inputs are part of the key for whoever names them: what is known of a build is a {@link
 * dev.lockstep.transpile.BuildRecord} beside the artifact, in {@code build}, and {@link dev.lockstep.transpile.BuildInputs} that
 * differ make a miss, which invalidates nothing. Headers of an artifact that has a fingerprint are kept there as well; no replica
 * sees them.
 *
 * <p>Text is kept in {@code body}, where Boxel has it. What no text can hold, or is larger than 1 MB and not for Boxel, is in {@code
 * content}, which the server does not compress, so that it can be read in slices; its {@code body} is
 * empty and its {@code headers} null, which to Boxel is a miss. More than 1 MB is compressed by zstd, and {@code build} says so. More than
 * {@link dev.lockstep.transpile.TranspileCache#LARGEST} is not stored.
 *
 * <p>How often requests were hits, and how long the builds had taken that those saved, is counted in {@code
 * lockstep_cache_use} by whoever makes requests, after them.
 *
 * <h2>What each failure costs</h2>
 *
 * <ul>
 *   <li>A builder fails: nothing is stored, those who wait are told and build for themselves.
 *   <li>A builder is killed, stopped, or loses its network: the server ends its session after the lease of 3 s without a
 *       heartbeat, which frees the lock; another takes over at its next look, a second later at most. What the late one still
 *       stores is refused, or equal.
 *   <li>A wake-up is lost: a second.
 *   <li>The connection is lost while a winner builds: another one stores the artifact, if its generation still holds.
 *   <li>The database is away, full, or takes no writes: requests build for themselves, store nothing, and say so.
 *   <li>Waiting takes longer than the request's patience: it builds for itself.
 *   <li>One invalidation too many: a build.
 * </ul>
 */
package dev.lockstep.transpile;
