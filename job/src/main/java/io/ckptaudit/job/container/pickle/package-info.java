/**
 * Pickles read by a machine that only builds inert values. A name in a pickle stays text: no class
 * is looked up and nothing is called. What a pickle would call is a record of the call.
 */
package io.ckptaudit.job.container.pickle;
