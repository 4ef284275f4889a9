// CSV by RFC 4180, safe against formulas in spreadsheets.

type Value = string | number;

/** A leading =, +, -, @, tab or return would make a spreadsheet run the text: an apostrophe keeps it text. */
function fieldOf(value: Value): string {
  const text = String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(heads: readonly string[], rows: Iterable<readonly Value[]>): string {
  const lines = [heads.join(',')];
  for (const row of rows) lines.push(row.map(fieldOf).join(','));
  return `${lines.join('\r\n')}\r\n`;
}
