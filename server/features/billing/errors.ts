// Errors of the billing feature.
import { defineError } from '../../http/errors.ts';

export const insufficientFunds = defineError({
  code: 'insufficient_funds',
  status: 402,
  whatHappened: 'The wallet holds less than the purchase costs. Nothing was bought and nothing was charged.',
  whatToDo:
    'The body says what it costs (`required_credits`), what is there (`credits_remaining`) and what is missing ' +
    '(`missing_credits`). Pay what is missing at `checkout_url` or buy less, then send the request again; the same Idempotency-Key may be used.',
});

export const spendCapExceeded = defineError({
  code: 'spend_cap_exceeded',
  status: 403,
  whatHappened:
    'The purchase would pass a spend cap of the team, the workspace or the key. Nothing was bought and nothing was charged.',
  whatToDo:
    '`cap` names it; the body also says the limit (`limit_credits`), what was spent (`spent_credits`), what this costs ' +
    '(`required_credits`) and when it begins anew (`resets_at`, UTC). Wait until then, buy less, or have somebody raise ' +
    'the cap with `PUT /billing/spend-caps`; the same Idempotency-Key may be used.',
});

export const cappedKey = defineError({
  code: 'capped_key',
  status: 403,
  whatHappened: 'The key has a spend cap of its own, so it cannot change caps. Nothing was changed.',
  whatToDo: 'Use a key of the team that has no cap.',
});

export const capScopeNotFound = defineError({
  code: 'cap_scope_not_found',
  status: 404,
  whatHappened: 'The team has no workspace, or no key, with this uid.',
  whatToDo:
    'Send the uid of a workspace from `GET /workspaces/list` or of a key as `scope_uid`. A cap of the team needs none.',
});

export const teamNotFound = defineError({
  code: 'team_not_found',
  status: 404,
  whatHappened: 'The installation has no team with this uid. Nothing was changed.',
  whatToDo: 'Use the `uid` that `GET /account` answers with a key of the team.',
});

export const billingErrors = [teamNotFound, spendCapExceeded, cappedKey, capScopeNotFound, insufficientFunds];
