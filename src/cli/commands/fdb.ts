import type { Command } from 'commander';
import { define, examples, type Run } from './define.js';
import { addAdministration } from './fdb-administration.js';
import { addContents } from './fdb-contents.js';
import { addDatabase } from './fdb-database.js';
import { addFields } from './fdb-fields.js';

/** The field store. Options have the names that they have in fdb5's own tools. */
export function registerFdb(program: Command, run: Run): void {
  const fdb = define(program, 'fdb', "The field store, on FDB5's own format: archive, list, read and look after fields.");
  for (const add of [addFields, addContents, addAdministration, addDatabase]) add(fdb, run);
  examples(fdb, [
    ['dte fdb write forecast.grib', 'archive; with no configuration, under ~/.local/share/dte-fdb'],
    ['dte fdb list class=od,expver=0001', 'what is there'],
    ['dte fdb read request.mars out.grib', 'fields back, and what is missing of the request'],
    ['dte fdb wipe class=rd,expver=xywz,stream=oper,date=20240101,time=0000', 'what would be removed; --doit removes it'],
    ['dte fdb info', 'which configuration is in force'],
  ]);
}
