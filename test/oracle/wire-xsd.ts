import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const targetOf = (text: string): string => /targetNamespace\s*=\s*"([^"]*)"/.exec(text)![1]!;

/**
 * Writes the schemas of a folder to another one with the import and include lines that libxml2 needs: as they lie, most
 * use namespaces that they do not import, and a file of an answer leans on the base file of its namespace.
 */
export function wire(from: string, to: string): void {
  const files = readdirSync(from)
    .filter((file) => file.endsWith('.xsd'))
    .sort();
  const texts = new Map(files.map((file) => [file, readFileSync(join(from, file), 'utf8').replace(/^\ufeff/, '')]));
  /** Namespace → the file that others import: an answer's only where there is no other. */
  const base = new Map<string, string>();
  for (const [file, text] of texts) {
    const known = base.get(targetOf(text));
    if (known === undefined || (isAnswer(known) && !isAnswer(file))) base.set(targetOf(text), file);
  }
  for (const [file, text] of texts) {
    const own = targetOf(text);
    const used = new Set([...text.matchAll(/xmlns(?::\w+)?\s*=\s*"([^"]*)"/g)].map((match) => match[1]!));
    const lines = [...used]
      .filter((namespace) => base.has(namespace) && namespace !== own)
      .sort()
      .map((namespace) => {
        const target =
          file === 'ProvisionResponse.xsd' && namespace === 'Settings' ? 'SettingsResponse.xsd' : base.get(namespace);
        return `<xs:import namespace="${namespace}" schemaLocation="${target}"/>`;
      });
    const shared = base.get(own)!;
    if (isAnswer(file) && shared !== file && !isAnswer(shared))
      lines.unshift(`<xs:include schemaLocation="${shared}"/>`);
    writeFileSync(
      join(to, file),
      text.replace(/<xs:schema\b[^>]*>/, (head) => head + lines.join('')),
    );
  }
}

function isAnswer(file: string): boolean {
  return file.endsWith('Response.xsd');
}
