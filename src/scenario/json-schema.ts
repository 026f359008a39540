/** The scenario format as JSON Schema, for editors: made of the same schema that checks files. */
import { toJsonSchema } from '@valibot/to-json-schema';
import { ScenarioSchema } from './schema.ts';

/** The text of public/scenario.schema.json. */
export function scenarioJsonSchema(): string {
  // checks written as functions have no form in JSON Schema
  const schema = toJsonSchema(ScenarioSchema, {
    typeMode: 'input',
    target: 'draft-2020-12',
    errorMode: 'ignore',
  });
  const { $schema, ...rest } = schema;
  const titled = {
    $schema,
    title: 'Softnet Lab scenario',
    description:
      'Hosts, traffic and commands to simulate how Linux receives packets. Times in ns, sizes in bytes.',
    ...rest,
  };
  return `${JSON.stringify(titled, null, 2)}\n`;
}
