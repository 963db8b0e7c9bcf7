import { shippedModel } from '../../../infero/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { factsText, sizeText } from '../../terminal/text.js';
import { withEngine } from '../with-engine.js';
import { engineText, type ModelFlags, modelOptions, tensorsText, withModel } from './given.js';

export async function inferoInspect(terminal: Terminal, path: string, flags: ModelFlags): Promise<void> {
  const options = modelOptions(flags);
  const info = await terminal.context.fs.info(path);
  await withEngine(terminal, flags, (engine) =>
    withModel(engine, path, options, async (model) => {
      const { inputs, outputs } = model;
      const bytes = info?.sizeBytes ?? (await shippedModel(terminal.context, path)).bytes.length;
      if (flags.json === true) {
        await terminal.print(
          `${JSON.stringify({ model: path, bytes, engine: model.engine, detail: model.detail, inputs, outputs }, null, 2)}\n`,
        );
        return;
      }
      await terminal.print(
        `${factsText([
          ['model', `${path}, ${sizeText(bytes)}`],
          ['engine', engineText(model)],
        ])}\n${tensorsText(model)}`,
      );
    }),
  );
}
