package io.ckptaudit.job.pipeline;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;

/**
 * What of a {@link ReadPlan} travels: its numbers one after the other. Every task is sent it, and a
 * record would cost each process method handles of its own before the first task begins.
 *
 * <p>Fields have no names here: whoever changes them changes {@code serialVersionUID}.
 */
final class ReadPlanForm implements Externalizable {

  private static final long serialVersionUID = 1L;
  private static final ReadChoice[] CHOICES = ReadChoice.values();

  private ReadPlan plan;

  /** For the one who reads it. */
  public ReadPlanForm() {}

  ReadPlanForm(ReadPlan plan) {
    this.plan = plan;
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    out.writeByte(plan.local().ordinal());
    out.writeInt(plan.blockBytes());
    out.writeInt(plan.inFlight());
    out.writeLong(plan.requestBytes());
    out.writeLong(plan.budget().seconds());
    out.writeLong(plan.budget().bytes());
    out.writeBoolean(plan.forward());
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException {
    plan =
        new ReadPlan(
            CHOICES[in.readByte()],
            in.readInt(),
            in.readInt(),
            in.readLong(),
            new FileBudget(in.readLong(), in.readLong()),
            in.readBoolean());
  }

  private Object readResolve() {
    return plan;
  }
}
