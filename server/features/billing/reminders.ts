// When a team is reminded of a renewal, the same for everything that renews by itself.

/**
 * When the next reminder before `termEnd` is due, also when that is over; null when all were sent. After a while in
 * which nobody could send them, one stands for those that were missed.
 */
export const nextReminder = (
  termEnd: Date,
  remindedAt: Date | null,
  remindBeforeMs: readonly number[],
): Date | null => {
  const times = remindBeforeMs.map((ms) => termEnd.getTime() - ms).sort((a, b) => a - b);
  const next = times.find((at) => remindedAt === null || at > remindedAt.getTime());
  return next === undefined ? null : new Date(next);
};
