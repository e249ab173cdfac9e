// The order of the demo: two fresh names, five people on each.
import type { Answer, ApiClient } from './api-client.ts';
import type { Story } from './story.ts';

const people = [
  ['Mara', 'Voss'],
  ['Jonas', 'Lindqvist'],
  ['Amélie', 'Dubois'],
  ['Kenji', '森'],
  ['Ada', "O'Neill"],
] as const;

const words = ['north', 'bright', 'clear', 'swift', 'stone', 'river', 'green', 'silver'];
const nouns = ['peak', 'meadow', 'harbor', 'field', 'bridge', 'forge', 'crest', 'grove'];
const pick = (from: readonly string[]): string => from[Math.floor(Math.random() * from.length)]!;

/** A name nobody has: a readable word and enough chance that a second run never meets the first. */
const freshName = (prefix: string): string =>
  `${prefix}${pick(words)}${pick(nouns)}${Math.floor(Math.random() * 46_656)
    .toString(36)
    .padStart(3, '0')}.com`;

export const demoOrder = () => ({
  contact_details: {
    first_name: 'Mara',
    last_name: 'Voss',
    email: 'ops@northpeak.example',
    address_line1: '1 Harbour Street',
    city: 'Portland',
    state: 'OR',
    country: 'US',
    postal_code: '97201',
  },
  domains: ['get', 'try'].map((prefix) => {
    const name = freshName(prefix);
    return {
      name,
      redirect_url: 'https://northpeak.example',
      mailboxes: people.map(([first_name, last_name], index) => ({
        first_name,
        last_name,
        email: `${['mara', 'jonas.lindqvist', 'amelie', 'kenji', 'ada-oneill'][index]}@${name}`,
        platform: 'GOOGLE',
      })),
    };
  }),
});

const POLL_MS = 100;
const PATIENCE_MS = 120_000;

/** Follows an order until it has ended, telling each change of stage. */
export const followOrder = async (api: ApiClient, orderId: string, story: Story): Promise<Answer> => {
  const told = new Map<string, string>();
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const order = await api.get(`/orders/${orderId}`);
    for (const domain of order.domains) {
      const active = domain.mailboxes.filter((box: Answer) => box.status === 'active').length;
      const now = `${domain.status}${domain.status === 'creating_mailboxes' ? ` ${active}/${domain.mailboxes.length} active` : ''}`;
      if (told.get(domain.name) === now) continue;
      told.set(domain.name, now);
      story.note(`${domain.name.padEnd(28)} ${now}${domain.reason ? ` (${domain.reason})` : ''}`);
    }
    if (order.status === 'done') return order;
    if (order.status === 'error') throw new Error('the order ended with errors; the reasons are above');
    if (performance.now() > deadline) throw new Error(`the order is still ${order.status} after two minutes`);
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
};
