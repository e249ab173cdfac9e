// Google's flow on pages that behave like Google's.
import { describeConsentFlow, PASSWORD } from '../contracts/consent-flow.conformance.ts';
import { consentFlow } from './consent-flow.ts';
import { type GoogleBehaviour, startGoogleFake } from './fake.ts';

describeConsentFlow<GoogleBehaviour>(async () => {
  const well: GoogleBehaviour = { password: PASSWORD, takesCode: () => true, challenge: 'code' };
  let now = well;
  const fake = await startGoogleFake(() => now);
  return {
    flow: { ...consentFlow, hosts: () => ['127.0.0.1'] },
    authorizeUrl: `${fake.origin}/o/oauth2/v2/auth`,
    well,
    behave: (behaviour) => {
      now = behaviour;
    },
    close: fake.close,
  };
}, [
  ['another account is signed in', { chooser: true }, 'consent', ['account_chooser']],
  ['the app is not verified', { unverified: true }, 'consent', ['unverified_app']],
  ['the account is new and its terms come first', { terms: true }, 'consent', ['terms']],
  ['there are several ways to prove who one is', { challenge: 'chooser' }, 'consent', ['challenge_chooser']],
  ['no code is asked for', { challenge: 'none' }, 'consent'],
  ['consent was given before', { given: true }, 'consent'],
  ['no way is one that a program can go', { challenge: 'chooser_without_code' }, 'challenge_unsupported'],
  ['a captcha is shown', { challenge: 'captcha' }, 'challenge_unsupported'],
  ['the browser is not let in', { challenge: 'rejected' }, 'challenge_unsupported'],
  ['an administrator forbids the app', { error: 'admin_policy_enforced' }, 'admin_consent_required'],
  ['the client was deleted', { error: 'deleted_client' }, 'client_unknown'],
  ['something else is wrong', { error: 'something_else' }, 'provider_error'],
]);
