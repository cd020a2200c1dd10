/** What a policy file says, checked to the letter; the only room that sees YAML. */
package io.ckptaudit.job.policy;
