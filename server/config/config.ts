// Reads the environment once, at the start, into one typed value. Nothing else in the program reads it.
import { auditSection } from './audit.ts';
import { billingSection } from './billing.ts';
import { closest } from './closest.ts';
import { consentSection } from './consent.ts';
import { databaseSection } from './database.ts';
import { dnsSection } from './dns.ts';
import { identitySection } from './identity.ts';
import { limitsSection } from './limits.ts';
import { logSection } from './log.ts';
import { mailSection } from './mail.ts';
import { outgoingSection } from './outgoing.ts';
import { providersSection } from './providers.ts';
import { renewalsSection } from './renewals.ts';
import { secretsSection } from './secrets.ts';
import { sendingSection } from './sending.ts';
import { sequencersSection } from './sequencers.ts';
import { type Role, roles, serverSection } from './server.ts';
import { sessionsSection } from './sessions.ts';
import { smartHostSection } from './smart-host.ts';
import { systemMailSection } from './system-mail.ts';
import { tlsSection } from './tls.ts';
import type { Section, ValuesOf, VariableSet } from './variable.ts';
import { webSection } from './web.ts';

const sections = {
  server: serverSection,
  database: databaseSection,
  secrets: secretsSection,
  dns: dnsSection,
  mail: mailSection,
  sending: sendingSection,
  smartHost: smartHostSection,
  tls: tlsSection,
  web: webSection,
  identity: identitySection,
  consent: consentSection,
  outgoing: outgoingSection,
  providers: providersSection,
  sequencers: sequencersSection,
  billing: billingSection,
  renewals: renewalsSection,
  sessions: sessionsSection,
  systemMail: systemMailSection,
  limits: limitsSection,
  audit: auditSection,
  log: logSection,
};

type Sections = typeof sections;
type SectionValues = { [K in keyof Sections]: ValuesOf<Sections[K]['variables']> };

/** Everything the environment decides. Times are in the unit of their name, money in micro-credits. */
export type Config = Omit<SectionValues, 'log' | 'tls'> & {
  /** The form is decided even where `INBOXKIT_LOG` is unset. */
  log: { format: 'pretty' | 'json'; level: SectionValues['log']['level'] };
  /** Paths of the given certificate, or null when the program makes its own. */
  tls: { certFile: string; keyFile: string } | null;
};

/** Thrown by `loadConfig`; its message is one line that names every wrong variable and says the fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Record<string, string | undefined>;

/** @throws {ConfigError} when a variable is wrong, missing beside another one, or unknown. */
export function loadConfig(
  env: Environment = process.env,
  { isTerminal = process.stdout.isTTY }: { isTerminal?: boolean } = {},
): Config {
  const problems = unknownVariables(env);
  const values = Object.fromEntries(
    Object.entries(sections).map(([name, section]) => [name, readSection(section, env, problems)]),
  ) as SectionValues;
  // Rules between variables only make sense over values that are right by themselves.
  if (problems.length === 0) problems.push(...contradictions(values));
  if (problems.length > 0) throw new ConfigError(`Wrong configuration: ${problems.join('; ')}.`);

  const { certFile, keyFile } = values.tls;
  return {
    ...values,
    tls: certFile !== null && keyFile !== null ? { certFile, keyFile } : null,
    log: {
      format: values.log.format ?? (isTerminal ? 'pretty' : 'json'),
      level: values.log.level,
    },
  };
}

function readSection(section: Section, env: Environment, problems: string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, variable] of Object.entries(section.variables)) {
    // An empty value counts as unset: that is what compose files and shells write for "not given".
    const text = env[variable.name]?.trim() || variable.default;
    if (text === null) {
      values[key] = null;
      continue;
    }
    const parsed = variable.parse(text);
    if (parsed.ok) values[key] = parsed.value;
    else
      problems.push(
        `${variable.name} ${variable.secret ? 'is set but' : `is ${JSON.stringify(text)}, it`} ${parsed.problem}`,
      );
  }
  return values;
}

function unknownVariables(env: Environment): string[] {
  const known = new Set(describeConfig().flatMap((section) => section.variables.map(({ name }) => name)));
  // INBOXKIT_TEST_… belongs to the test runner, whose environment the servers it starts inherit.
  const unknown = Object.keys(env).filter((name) => /^INBOXKIT_(?!TEST_)/.test(name) && !known.has(name));
  return unknown.sort().map((name) => {
    const near = closest(name, [...known]);
    return `${name} is not a setting, ${near === null ? 'remove it (docs/configuration.md lists all)' : `did you mean ${near}?`}`;
  });
}

/** Listeners of each role that share an address, so that no two may have one port. */
function listeners(values: SectionValues): { role: Role; name: string; port: number }[] {
  const { variables: mail } = mailSection;
  return [
    { role: 'api', name: serverSection.variables.httpPort.name, port: values.server.httpPort },
    { role: 'dns', name: dnsSection.variables.port.name, port: values.dns.port },
    { role: 'mail', name: mail.smtpPort.name, port: values.mail.smtpPort },
    { role: 'mail', name: mail.submissionPort.name, port: values.mail.submissionPort },
    { role: 'mail', name: mail.submissionsPort.name, port: values.mail.submissionsPort },
    { role: 'mail', name: mail.imapPort.name, port: values.mail.imapPort },
    { role: 'mail', name: mail.imapsPort.name, port: values.mail.imapsPort },
    { role: 'web', name: webSection.variables.port.name, port: values.web.port },
    ...(values.web.acmeDirectory === null
      ? []
      : [{ role: 'web' as const, name: webSection.variables.tlsPort.name, port: values.web.tlsPort }]),
    { role: 'identity', name: identitySection.variables.port.name, port: values.identity.port },
  ];
}

function contradictions(values: SectionValues): string[] {
  const problems: string[] = [];
  const byPort = new Map<number, string>();
  for (const { role, name, port } of listeners(values)) {
    if (port === 0 || !values.server.roles.includes(role)) continue;
    const other = byPort.get(port);
    if (other !== undefined) problems.push(`${other} and ${name} are both ${port}, give one another port`);
    byPort.set(port, name);
  }
  const { payments, stripeSecretKey, stripeWebhookSecret } = values.providers;
  if ((stripeSecretKey === null) !== (stripeWebhookSecret === null)) {
    problems.push(
      'INBOXKIT_STRIPE_SECRET_KEY and INBOXKIT_STRIPE_WEBHOOK_SECRET go together, set both or none',
    );
  } else if (payments === 'stripe' && stripeSecretKey === null) {
    problems.push(
      'INBOXKIT_PAYMENTS is stripe, which needs INBOXKIT_STRIPE_SECRET_KEY and INBOXKIT_STRIPE_WEBHOOK_SECRET',
    );
  }
  if ((values.smartHost.user === null) !== (values.smartHost.password === null)) {
    problems.push('INBOXKIT_SMART_HOST_USER and INBOXKIT_SMART_HOST_PASSWORD go together, set both or none');
  }
  if (values.smartHost.host === null && values.smartHost.user !== null) {
    problems.push('INBOXKIT_SMART_HOST_USER is set but INBOXKIT_SMART_HOST is not, name the host');
  }
  if ((values.systemMail.url === null) !== (values.systemMail.from === null)) {
    problems.push('INBOXKIT_SYSTEM_MAIL_URL and INBOXKIT_SYSTEM_MAIL_FROM go together, set both or none');
  }
  if ((values.tls.certFile === null) !== (values.tls.keyFile === null)) {
    problems.push('INBOXKIT_TLS_CERT and INBOXKIT_TLS_KEY go together, set both or none');
  }
  // Other roles then run elsewhere, and a key file made here would seal what they cannot open.
  const allRoles = values.server.roles.length === roles.length;
  if (values.database.url !== null && !allRoles && values.secrets.keys === null) {
    problems.push(
      'INBOXKIT_SECRET_KEY must be set when DATABASE_URL is set and INBOXKIT_ROLES is not all; use the key of the other processes',
    );
  }
  return problems;
}

export type DescribedSection = { title: string; intro: string; variables: VariableSet[string][] };

/** Every setting as data, in the order of the documentation. */
export function describeConfig(): DescribedSection[] {
  return Object.values(sections).map(({ title, intro, variables }: Section) => ({
    title,
    intro,
    variables: Object.values(variables),
  }));
}
