/**
 * How far long work is, for whoever watches it: the engine tells a {@link dev.lockstep.support.ProgressListener}, and this is the one
 * place where it is shown. On a terminal that is a bar; elsewhere, with {@code -v}, a line now and then; to programs that read
 * {@code -o jsonl}, a record each second; and to who sends SIGUSR1, one line.
 *
 * <p>A thread of its own shows it, four times a second, so that a statement that takes long does not look like a standstill, and work
 * that tells of each row pays for nothing but a few assignments. The libraries that draw bars write to the terminal from threads of
 * their own and know nothing of the messages that we print beside them, nor of standard error that is no terminal; here a message
 * takes the bar away first.
 */
package dev.lockstep.cli.progress;
