import type { Command } from 'commander';
import { examples, jsonOption, type Run } from './define.js';
import { cautious, fdbVerb, manyKeys, requestVerb } from './fdb-define.js';

/** Verbs that remove, lock and move databases. */
export function addAdministration(fdb: Command, run: Run): void {
  for (const add of [addWipe, addPurge, addLock, addUnlock, addHide, addOverlay, addMove, addPatch]) add(fdb, run);
}

function addWipe(fdb: Command, run: Run): void {
  const wipe = cautious(
    requestVerb(fdb, 'wipe', manyKeys, 'Remove whole databases, or whole groups of them. Without --doit, only tell what would go.'),
    'remove the files',
  )
    .option('--porcelain', 'only the paths that go')
    .option('--ignore-no-data', 'that nothing matches is no failure')
    .option('--unsafe-wipe-all', 'also files that are not of the database')
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbWipe } = await import('../verbs/fdb/wipe.js');
        await fdbWipe(terminal, requests, options);
      }),
    );
  const request = 'class=rd,expver=xywz,stream=oper,date=20240101,time=0000';
  examples(wipe, [
    [`dte fdb wipe ${request}`, 'what would be removed'],
    [`dte fdb wipe --doit ${request}`, 'remove it'],
  ]);
}

function addPurge(fdb: Command, run: Run): void {
  const purge = cautious(
    requestVerb(fdb, 'purge', manyKeys, 'Remove files in which every field is hidden by a later archive. Without --doit, only tell which.'),
    'remove the files',
  )
    .option('--porcelain', 'only the paths that go')
    .option('--ignore-no-data', 'that nothing matches is no failure')
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbPurge } = await import('../verbs/fdb/purge.js');
        await fdbPurge(terminal, requests, options);
      }),
    );
  examples(purge, [['dte fdb purge --doit class=rd,expver=xywz,stream=oper,date=20240101,time=0000', 'free the space of duplicates']]);
}

function addLock(fdb: Command, run: Run): void {
  addControl(fdb, run, 'lock', 'Lock the databases that match for an operation.');
}

function addUnlock(fdb: Command, run: Run): void {
  addControl(fdb, run, 'unlock', 'Unlock the databases that match for an operation.');
}

function addControl(fdb: Command, run: Run, name: 'lock' | 'unlock', description: string): void {
  const verb = requestVerb(fdb, name, manyKeys, description)
    .option('--list', 'for listing')
    .option('--retrieve', 'for reading')
    .option('--archive', 'for archiving')
    .option('--wipe', 'for wiping and purging')
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbControl } = await import('../verbs/fdb/status.js');
        await fdbControl(terminal, requests, { ...options, isLocking: name === 'lock' });
      }),
    );
  examples(verb, [[`dte fdb ${name} --archive --wipe class=rd,expver=xywz,stream=oper,date=20240101,time=0000`, `${name} for changes`]]);
}

function addHide(fdb: Command, run: Run): void {
  const hide = cautious(
    fdbVerb(fdb, 'hide', 'Hide all that a database holds now; what is archived later is seen.').argument(
      '<request>',
      'request that names one database',
    ),
    'do it; there is no way back',
  )
    .addOption(jsonOption())
    .action((request: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbHide } = await import('../verbs/fdb/hide.js');
        await fdbHide(terminal, request, options);
      }),
    );
  examples(hide, [['dte fdb hide class=rd,expver=xywz,stream=oper,date=20240101,time=0000,domain=g', 'which database it would be']]);
}

function addOverlay(fdb: Command, run: Run): void {
  const overlay = fdbVerb(fdb, 'overlay', "Show a database's fields under another key as well.")
    .argument('<source>', 'request that names the database with the fields')
    .argument('<target>', 'request that names the database under which they are to be seen')
    .option('--variable-keys <keyword,...>', 'keywords in which the two may differ', 'class,expver')
    .option('--remove', 'take an overlay away')
    .option('--force', 'even when the target exists')
    .addOption(jsonOption())
    .action((source: string, target: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbOverlay } = await import('../verbs/fdb/overlay.js');
        await fdbOverlay(terminal, source, target, options);
      }),
    );
  const rest = 'stream=oper,date=20240101,time=0000,domain=g';
  examples(overlay, [
    [`dte fdb overlay class=od,expver=0001,${rest} class=rd,expver=xywz,${rest}`, 'the operational run as an experiment'],
  ]);
}

function addMove(fdb: Command, run: Run): void {
  const move = requestVerb(fdb, 'move', manyKeys, 'Move a database to another root.')
    .requiredOption('--dest <folder>', 'the root to move to; one that the configuration names')
    .option('--keep', 'leave the source as well')
    .option('--dry-run', 'only tell what would be moved')
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbMove } = await import('../verbs/fdb/move.js');
        await fdbMove(terminal, requests, options);
      }),
    );
  examples(move, [['dte fdb move --dest=/slow/root class=rd,expver=xywz,stream=oper,date=20240101,time=0000', 'to another disk']]);
}

function addPatch(fdb: Command, run: Run): void {
  const patch = requestVerb(fdb, 'patch', manyKeys, 'Archive the fields that match again, under another class or experiment.')
    .option('--expver <expver>', 'the experiment to write')
    .option('--class <class>', 'the class to write')
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbPatch } = await import('../verbs/fdb/patch.js');
        await fdbPatch(terminal, requests, options);
      }),
    );
  examples(patch, [['dte fdb patch --expver=xywz class=rd,expver=abcd,stream=oper,date=20240101,time=0000', 'a copy under xywz']]);
}
