// Errors of subscriptions.
import { defineError } from '../../http/errors.ts';

export const planNotFound = defineError({
  code: 'plan_not_found',
  status: 404,
  whatHappened:
    'There is no plan of this name on sale. `plans` names the ones that are. Nothing was changed.',
  whatToDo: 'Take a name from `GET /billing/pricing-plans`.',
});

export const planUnchanged = defineError({
  code: 'plan_unchanged',
  status: 409,
  whatHappened: 'The subscription has this plan and cycle already. Nothing was changed.',
  whatToDo:
    'Nothing. A change that waits for the end of the period is taken back by asking for the present plan.',
});

export const notSubscribed = defineError({
  code: 'not_subscribed',
  status: 409,
  whatHappened: 'The subscription has ended. Nothing was changed.',
  whatToDo: 'Begin a new one with `POST /billing/subscription/change`.',
});

export const subscriptionErrors = [planNotFound, planUnchanged, notSubscribed];
