// `npm run new -- registrar porkbun`: a vendor's folder, or one more role in it. What comes out speaks an invented
// wire protocol, passes the role's conformance suite against its fake, and is then bent to the real vendor.

import type { Tree } from '../tree.ts';
import { CannotMake, camelCase, change, create, emptyPlan, kebabCase, type Plan, titleCase } from './plan.ts';
import { fromTemplate } from './template.ts';

const templates = 'tools/templates/vendor';

/** A role exists when it has a contract and its suite. */
export function vendorRoles(tree: Tree): string[] {
  return tree.files
    .map((path) => /^providers\/contracts\/([^/.]+)\.conformance\.ts$/.exec(path)?.[1])
    .filter((role) => role !== undefined && tree.files.includes(`${templates}/${role}.ts`)) as string[];
}

export function planVendor(tree: Tree, role: string, vendor: string): Plan {
  if (!kebabCase.test(vendor)) throw new CannotMake(`${vendor} is not a vendor's name in kebab-case`);
  const folder = `providers/${vendor}`;
  const isNew = !tree.files.some((path) => path.startsWith(`${folder}/`));
  // Sequencers stand on the wire and the fake that their contract brings along.
  const wanted = role === 'sequencer' ? ['manifest.ts'] : ['manifest.ts', 'api.ts', 'fake.ts'];
  const shared = wanted.filter((name) => !tree.files.includes(`${folder}/${name}`));
  const names = [...shared, `${role}.ts`, `fake-${role}.ts`, `${role}.test.ts`];
  const places = new Map(
    // The shared files stay in the map although they exist: imports of them must lead to the vendor's own.
    [...names, 'manifest.ts', 'api.ts', 'fake.ts'].map((name) => [
      `${templates}/${name}`,
      `${folder}/${name}`,
    ]),
  );
  const words = [
    ['acme', vendor],
    ['Acme', titleCase(vendor)],
  ] as const;

  const plan = emptyPlan();
  for (const name of names) {
    create(plan, tree, `${folder}/${name}`, fromTemplate(tree, `${templates}/${name}`, places, words));
  }
  const pace = role === 'sequencer' ? ', pace: { calls: 60, perMs: 60_000 }' : '';
  change(plan, tree, `${folder}/manifest.ts`, /roles: \{/, `roles: {\n'${role}': { claims: []${pace} },`);
  if (isNew) create(plan, tree, `${folder}/README.md`, readme(titleCase(vendor)));
  if (role === 'sequencer') registerSequencer(plan, tree, vendor);
  else if (isNew) registerVendor(plan, tree, vendor);
  const others = shared.includes('api.ts') ? [`${folder}/fake.ts and `, 'api.ts and '] : [`${folder}/`, ''];
  plan.nextSteps.push(
    `Make ${others[0]}fake-${role}.ts behave like the real ${titleCase(vendor)}, then ${others[1]}${role}.ts; ${role}.test.ts says whether they do.`,
    `Say in ${folder}/manifest.ts what it can and cannot, and why, and write its quirks with their date into ${folder}/README.md.`,
    role === 'sequencer'
      ? `Declare the address of its API in server/config/sequencers.ts, and hand it over in server/roles/providers.ts.`
      : `Declare its credentials in server/config/providers.ts, add '${vendor}' to the list of the role's vendors there, and give createProviders in providers/registry.ts its ${role}.`,
  );
  return plan;
}

function registerVendor(plan: Plan, tree: Tree, vendor: string): void {
  const registry = 'providers/registry.ts';
  const name = camelCase(vendor);
  change(
    plan,
    tree,
    registry,
    /^(import \{ manifest as builtin \} .*\n)/m,
    `$1import { manifest as ${name} } from './${vendor}/manifest.ts';\n`,
  );
  change(plan, tree, registry, /(others: readonly Manifest\[\] = \[[^\]]*)\]/, `$1, ${name}]`);
}

/** Sequencers are a list of their own, from which the registry takes their manifests. */
function registerSequencer(plan: Plan, tree: Tree, vendor: string): void {
  const list = 'providers/sequencer-vendors.ts';
  const name = camelCase(vendor);
  const create = `create${titleCase(vendor).replaceAll(' ', '')}`;
  change(
    plan,
    tree,
    list,
    /^(import type \{ Send \} .*\n)/m,
    `$1import { manifest as ${name} } from './${vendor}/manifest.ts';\nimport { createSequencer as ${create} } from './${vendor}/sequencer.ts';\n`,
  );
  change(
    plan,
    tree,
    list,
    /(const vendors: readonly SequencerVendor\[\] = \[)/,
    `$1\n{ manifest: ${name}, create: ${create} },`,
  );
}

function readme(title: string): string {
  return `# ${title}

What ${title} does differently from what its documentation, or common sense, would make one expect. Each entry
carries the date on which it was last seen.

| date | where | what happens |
| --- | --- | --- |
`;
}
