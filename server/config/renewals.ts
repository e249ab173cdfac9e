// When what is paid by the month or the year is renewed, and what happens when it is not paid.
import { count, daysBefore } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

const days = count({ min: 0, max: 3650, unit: 'days' });
const hours = count({ min: 1, max: 8760, unit: 'hours' });

export const renewalsSection = defineSection({
  title: 'Renewals',
  intro:
    'Each step is counted from the one before it as it really happened, so that an installation that was down for a while skips none. A changed value acts from the next step of each mailbox and domain on.',
  variables: {
    remindDays: variable({
      name: 'INBOXKIT_RENEWAL_REMINDER_DAYS',
      type: daysBefore,
      default: '7,1',
      doc: 'How many days before a mailbox or a domain is renewed its team is reminded (`mailbox.renewal_reminder`, `domain.renewal_reminder`).',
      example: '14,3,1',
    }),
    retryHours: variable({
      name: 'INBOXKIT_RENEWAL_RETRY_HOURS',
      type: hours,
      default: '24',
      doc: 'How often a renewal that could not be paid is tried again. Credits that arrive are used at once, whatever this says.',
      example: '12',
    }),
    failedAfterDays: variable({
      name: 'INBOXKIT_RENEWAL_FAILED_AFTER_DAYS',
      type: days,
      default: '3',
      doc: 'How many days a mailbox whose renewal could not be paid stays `active` before it is `renewal_failed`. It works in both.',
      example: '2',
    }),
    suspendAfterDays: variable({
      name: 'INBOXKIT_SUSPEND_UNPAID_AFTER_DAYS',
      type: days,
      default: '7',
      doc: 'How many days after the first failed payment a mailbox is `suspended`: nobody signs in or sends, and mail for it is deferred.',
      example: '14',
    }),
    archiveAfterDays: variable({
      name: 'INBOXKIT_ARCHIVE_SUSPENDED_AFTER_DAYS',
      type: days,
      default: '30',
      doc: 'How many days after its suspension, and after its term, a suspended mailbox is `archived`: mail for it is refused, and what it holds is kept.',
      example: '60',
    }),
    recoveryDays: variable({
      name: 'INBOXKIT_CANCELLED_RECOVERY_DAYS',
      type: days,
      default: '14',
      doc: 'How many days after its end a cancelled mailbox stays `cancelled` before it is `archived`.',
      example: '30',
    }),
    domainDaysBefore: variable({
      name: 'INBOXKIT_DOMAIN_RENEW_DAYS_BEFORE',
      type: days,
      default: '14',
      doc: 'How many days before it runs out a bought domain is renewed from the wallet. What remains is the time to find the money.',
      example: '30',
    }),
    domainRedemptionDays: variable({
      name: 'INBOXKIT_DOMAIN_REDEMPTION_DAYS',
      type: days,
      default: '30',
      doc: 'How many days after it has run out a domain can still be renewed. After that it is removed with its mailboxes.',
      example: '45',
    }),
    deleteArchivedDays: variable({
      name: 'INBOXKIT_DELETE_ARCHIVED_AFTER_DAYS',
      type: days,
      default: '30',
      doc: 'How many days an archived mailbox is kept before it is `deleted` with its mail. Until then it can be reactivated.',
      example: '90',
    }),
  },
});
