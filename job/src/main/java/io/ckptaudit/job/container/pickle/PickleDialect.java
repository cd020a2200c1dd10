package io.ckptaudit.job.container.pickle;

import java.util.Set;

/**
 * What a kind of pickle may name, as text: "module name" as a GLOBAL opcode has it.
 *
 * @param allowed all that may be named without a fault
 * @param dicts those of them whose result is a dictionary
 * @param lists those of them whose result is a list or set
 */
public record PickleDialect(Set<String> allowed, Set<String> dicts, Set<String> lists) {}
