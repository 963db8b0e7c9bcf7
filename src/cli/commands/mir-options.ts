import { type Command, Option } from 'commander';
import { type MirOptionName, mirOptions, optionGroups, type OptionGroup, type OptionSpec } from '../../mir/index.js';

const specs = Object.entries(mirOptions) as readonly [MirOptionName, OptionSpec][];

/** An option's names on the command line; the first is the one that help texts show. */
function flagNames(name: string, { aliases = [], shown = name }: OptionSpec): readonly string[] {
  return [shown, ...[name, ...aliases].filter((other) => other !== shown)];
}

/** Adds the options of these groups, of which some may not be meant, as the table of `mir` has them, under a heading each. */
export function mirFlags(command: Command, groups: readonly OptionGroup[], isMeant: (name: string) => boolean = () => true): Command {
  for (const [name, spec] of specs) {
    if (!groups.includes(spec.group) || !isMeant(name)) continue;
    const [shown, ...others] = flagNames(name, spec) as [string, ...string[]];
    const also = others.length === 0 ? '' : `also ${others.map((other) => `--${other}`).join(', ')}`;
    const standard = spec.standard === undefined ? '' : `default: ${spec.standard}`;
    const { choices = [] } = spec.type;
    const words = choices.length < 2 ? '' : choices.join(', ');
    const notes = [words, also, standard].filter((note) => note !== '').join('; ');
    command.addOption(optionOf(shown, spec, `${spec.help}${notes === '' ? '' : ` (${notes})`}`).helpGroup(`${optionGroups[spec.group]}:`));
    for (const other of others) command.addOption(optionOf(other, spec, spec.help).hideHelp());
  }
  return command;
}

function optionOf(name: string, { type }: OptionSpec, help: string): Option {
  const option = new Option(type.form === undefined ? `--${name}` : `--${name} ${type.form}`, help);
  return type.form === undefined ? option : option.argParser((text) => type.parse(text, `--${name}`));
}

/** Those of a command's options that are of the table, under the names that they were given by. */
export function givenMirOptions(options: object): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  const values = options as Readonly<Record<string, unknown>>;
  for (const [name, spec] of specs) {
    for (const flag of flagNames(name, spec)) {
      const value = values[attributeOf(flag)];
      if (value !== undefined) given[flag] = value;
    }
  }
  return given;
}

/** The name under which commander keeps a flag's value. */
function attributeOf(flag: string): string {
  return flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
