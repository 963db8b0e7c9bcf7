// Numbers as eckit prints them: expected texts were printed by fdb5 5.10.8 (fdb-stats, fdb-write, fdb-hammer, fdb-read).
import t from 'tap';
import { binaryRate, binarySize, countedSize, reportLine, sixDigits } from '../../src/cli/verbs/fdb/numbers.js';

t.test('sizes in units of 1024, with six digits', async (t) => {
  t.equal(countedSize(1568), '1,568 (1.53125 Kbytes)');
  t.equal(countedSize(784), '784 (784 bytes)');
  t.equal(countedSize(1_536_000), '1,536,000 (1.46484 Mbytes)');
  t.equal(binarySize(1024), '1 Kbyte');
  t.equal(binarySize(1025), '1.00098 Kbytes');
  t.equal(binarySize(1_048_576), '1 Mbyte');
  t.equal(binarySize(9552), '9.32812 Kbytes', 'a tie goes to the even digit: 9.328125');
  t.equal(binarySize(21_792), '21.2812 Kbytes', '21.28125');
  t.equal(binaryRate(0, 0), '0 bytes per second');
});

t.test('six digits, with an exponent outside 1e-4 to 1e6', async (t) => {
  t.equal(sixDigits(3.8e-5), '3.8e-05');
  t.equal(sixDigits(0.000167958), '0.000167958');
  t.equal(sixDigits(1_780_760), '1.78076e+06');
  t.equal(sixDigits(253.0420001), '253.042');
  t.equal(sixDigits(999_999.6), '1e+06', 'rounded into the next power');
  t.equal(sixDigits(0), '0');
});

t.test('names fill upstream’s column', async (t) => {
  t.equal(reportLine('Fields', '8'), 'Fields                          : 8\n');
});
