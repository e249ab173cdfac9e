// Microsoft's flow on pages that behave like Microsoft's.
import { describeConsentFlow, PASSWORD } from '../contracts/consent-flow.conformance.ts';
import { consentFlow } from './consent-flow.ts';
import { type MicrosoftBehaviour, startMicrosoftFake } from './fake.ts';

describeConsentFlow<MicrosoftBehaviour>(async () => {
  const well: MicrosoftBehaviour = { password: PASSWORD, takesCode: () => true, challenge: 'code' };
  let now = well;
  const fake = await startMicrosoftFake(() => now);
  return {
    flow: { ...consentFlow, hosts: () => ['127.0.0.1'] },
    authorizeUrl: `${fake.origin}/common/oauth2/v2.0/authorize`,
    well,
    behave: (behaviour) => {
      now = behaviour;
    },
    close: fake.close,
  };
}, [
  ['another account is signed in', { tiles: true }, 'consent', ['account_chooser']],
  ['there are several ways to prove who one is', { challenge: 'chooser' }, 'consent', ['challenge_chooser']],
  ['a prompt on a phone comes first', { challenge: 'push' }, 'consent', ['another_way']],
  [
    'more factors can be set up later',
    { proofUp: 'later' },
    'consent',
    ['more_information', 'stay_signed_in'],
  ],
  ['more factors have to be set up now', { proofUp: 'now' }, 'challenge_unsupported'],
  ['no way is one that a program can go', { challenge: 'chooser_without_code' }, 'challenge_unsupported'],
  ['a new password has to be chosen', { changePassword: true }, 'challenge_unsupported'],
  ['the account is not known', { unknownUser: true }, 'account_unavailable'],
  ['the account is locked', { error: '50053' }, 'locked_out'],
  ['only an administrator may agree', { adminOnly: true }, 'admin_consent_required'],
  ['an administrator has to agree first', { error: '90094' }, 'admin_consent_required'],
  ['the client is not known', { error: '700016' }, 'client_unknown'],
  ['something else is wrong', { error: '99999' }, 'provider_error'],
]);
