// What letters say: put together from pieces, so that no two are the same and none needs a service to write it. The same
// seed gives the same letter.
import { oneOf, type Random, randomFrom } from './random.ts';

type Topic = { subjects: readonly string[]; openings: readonly string[]; questions: readonly string[] };

const topics: readonly Topic[] = [
  {
    subjects: ['Notes from {day}', 'Notes from our call', 'Following up on {day}', 'What we said on {day}'],
    openings: [
      'I went through my notes from {day} and most of it still holds.',
      'Thank you for the time on {day}, it helped to hear it from your side.',
      'I have put what we said on {day} into one page.',
    ],
    questions: [
      'Is there anything you would change before I share it?',
      'Did I miss a point?',
      'Shall I send it to the others as well?',
    ],
  },
  {
    subjects: ['A time for next week?', 'Moving {day}', 'Can we talk on {day}?', '{day} instead?'],
    openings: [
      '{day} has become rather full here.',
      'I would rather not push this into next month.',
      'Half an hour should be enough for what is left.',
    ],
    questions: [
      'Would {day} around {hour} work for you?',
      'Which afternoon suits you best?',
      'Could we say {day}, {hour}?',
    ],
  },
  {
    subjects: [
      'Draft for the {thing}',
      'The {thing}, second version',
      'About the {thing}',
      '{thing}: one question',
    ],
    openings: [
      'The {thing} is nearly done, only the last part is thin.',
      'I read the {thing} again this morning with fresh eyes.',
      'We are two pages into the {thing} and it reads well so far.',
    ],
    questions: [
      'Could you look at the numbers once more?',
      'Who on your side should see it first?',
      'Do you want it shorter?',
    ],
  },
  {
    subjects: ['Thanks again', 'A quick thank-you', 'That was helpful', 'Thank you for {day}'],
    openings: [
      'What you sent on {day} saved us most of the work on the {thing}.',
      'The team liked the {thing} a lot.',
      'We tried it the way you described, and it simply worked.',
    ],
    questions: [
      'May I tell others how you did it?',
      'Is there something we can do for you in return?',
      'How long did it take you the first time?',
    ],
  },
  {
    subjects: ['Where to have lunch', 'The trip on {day}', 'Travel plans', 'Train or car?'],
    openings: [
      'I looked at the connections for {day}, and the one at {hour} is the only good one.',
      'There are three places near the office that take a table for six.',
      'The hotel by the station is full, the one at the park is not.',
    ],
    questions: [
      'Shall I book for both of us?',
      'Do you mind a change on the way?',
      'Would you rather meet there?',
    ],
  },
];

const greetings = ['Hi {to},', 'Hello {to},', 'Good morning {to},', '{to},', 'Dear {to},'];
const middles = [
  'No hurry on this, the end of the week is fine.',
  'I will be at my desk all day if a call is easier.',
  'Nothing of it is final, so be frank.',
  'The rest can wait until we have seen the first results.',
  'Let me know if something in it is unclear.',
  '',
];
const answers = [
  'Yes, that works for me.',
  'Thanks, this is just what I needed.',
  'Good point, I had not thought of that.',
  'I agree with nearly all of it.',
  'Let me check and come back to you tomorrow.',
  'That sounds right, go ahead.',
];
const followUps = [
  'The only thing I would add is the {thing}.',
  'I can take the {thing} from here.',
  '{day} at {hour} is fine too.',
  'Please keep me posted.',
  'One detail we can settle when we talk.',
];
const closings = ['Best,', 'Best regards,', 'Thanks,', 'Talk soon,', 'All the best,', 'Cheers,'];
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];
const hours = ['9:30', '10:00', '11:15', '14:00', '15:30', '16:00'];
const things = [
  'proposal',
  'summary',
  'plan for spring',
  'budget',
  'agenda',
  'checklist',
  'timeline',
  'report',
];

export type Written = { subject: string; text: string };

const filled = (template: string, random: Random, to: string): string =>
  template.replace(/\{(day|hour|thing|to)\}/g, (_, name: string) => {
    if (name === 'to') return to;
    return oneOf(random, name === 'day' ? days : name === 'hour' ? hours : things);
  });

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Names are as they are shown: any characters, possibly none. */
type Names = { from: string; to: string };

/** The subject of a new thread. */
export const subjectOf = (seed: string): string => {
  const random = randomFrom(seed, 'subject');
  const topic = oneOf(random, topics);
  return capitalized(filled(oneOf(random, topic.subjects), random, ''));
};

/** What a letter says. `depth` above 0 is an answer. */
export const textOf = (seed: string, { from, to }: Names, depth: number): string => {
  const random = randomFrom(seed, 'text');
  const name = to.trim() === '' ? 'there' : to.trim();
  // The topic is the one of the subject, which had the first number of the same seed.
  const topic = oneOf(randomFrom(seed, 'subject'), topics);
  const body =
    depth === 0
      ? [oneOf(random, topic.openings), oneOf(random, middles), oneOf(random, topic.questions)]
      : [oneOf(random, answers), oneOf(random, followUps), oneOf(random, middles)];
  const sentences = body.filter((part) => part !== '').map((part) => capitalized(filled(part, random, name)));
  const greeting = filled(oneOf(random, greetings), random, name);
  return `${greeting}\n\n${sentences.join(' ')}\n\n${oneOf(random, closings)}\n${from.trim()}\n`;
};
