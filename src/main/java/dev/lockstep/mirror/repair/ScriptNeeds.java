package dev.lockstep.mirror.repair;

import dev.lockstep.mirror.plan.ForeignKeys.Check;
import java.util.List;
import java.util.Optional;

/**
 * What a script has to see to beside its rows.
 *
 * @param foreignKeys what becomes of them; empty if no table has any
 * @param tables statements that make tables
 * @param numbering statements by which the numbers of new rows go on behind those that were written
 */
record ScriptNeeds(Optional<Check> foreignKeys, List<String> tables, List<String> numbering) {}
