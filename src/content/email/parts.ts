// Which part of a message is its text, which its HTML, and what a phone shows as attachments.
import type { Attachment, MimePart } from '../../domain/email.ts';
import type { Entity } from './structure.ts';

export interface Bodies {
  text?: Entity | undefined;
  html?: Entity | undefined;
}

/** The first body that the message shows; of alternatives the last of each kind. */
export function chooseBodies(root: Entity): Bodies {
  const { part, children } = root;
  if (children.length === 0) return leafBody(root);
  if (part.type === 'multipart/alternative') {
    const bodies: Bodies = {};
    for (const child of children) {
      const found = chooseBodies(child);
      bodies.text ??= found.text;
      if (found.html) bodies.html = found.html;
    }
    return bodies;
  }
  if (part.type === 'multipart/related') {
    const start = root.parameters.get('start')?.replace(/^<|>$/g, '');
    const main = children.find((child) => start !== undefined && child.part.contentId === start);
    const bodies = chooseBodies(main ?? children[0]!);
    if (bodies.text || bodies.html) return bodies;
  }
  for (const child of children) {
    const bodies = chooseBodies(child);
    if (bodies.text || bodies.html) return bodies;
  }
  return {};
}
function leafBody(leaf: Entity): Bodies {
  const { part } = leaf;
  if (
    part.disposition === 'attachment' ||
    (part.name !== undefined && part.disposition !== 'inline' && part.part !== '1')
  )
    return {};
  if (part.type === 'text/plain') return { text: leaf };
  return part.type === 'text/html' ? { html: leaf } : {};
}

/** Everything that is neither a body nor a container, in order. Unnamed text alternatives are no attachments. */
export function listAttachments(root: Entity, bodies: Bodies, describe: (entity: Entity) => string): Attachment[] {
  const attachments: Attachment[] = [];
  const visit = (entity: Entity, parent: MimePart | undefined): void => {
    for (const child of entity.children) visit(child, entity.part);
    if (entity.children.length > 0 || entity === bodies.text || entity === bodies.html) return;
    if (isUnshown(entity.part, parent)) return;
    attachments.push(attachmentOf(entity, parent, describe(entity)));
  };
  visit(root, undefined);
  return attachments;
}
function isUnshown(part: MimePart, parent: MimePart | undefined): boolean {
  if (part.disposition === 'attachment' || part.name !== undefined || !part.type.startsWith('text/')) return false;
  if (parent?.type === 'multipart/alternative') return part.type !== 'text/calendar';
  // An empty message, or a text that a mailing list left empty.
  return (part.type === 'text/plain' || part.type === 'text/html') && part.decodedSize <= 2;
}
function attachmentOf({ part }: Entity, parent: MimePart | undefined, name: string): Attachment {
  const related = parent?.type === 'multipart/related' && part.disposition !== 'attachment';
  return {
    part: part.part,
    name,
    type: part.type,
    method: part.type === 'message/rfc822' || part.type === 'message/global' ? 5 : 1,
    size: part.decodedSize,
    ...(part.contentId !== undefined && { contentId: part.contentId }),
    ...(part.contentLocation !== undefined && { contentLocation: part.contentLocation }),
    inline:
      (part.contentId !== undefined || part.contentLocation !== undefined) &&
      (related || part.disposition === 'inline'),
  };
}

const endings: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'application/pgp-encrypted': 'asc',
  'application/pgp-keys': 'asc',
  'application/pgp-signature': 'asc',
  'application/zip': 'zip',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'image/gif': 'gif',
  'image/heic': 'heic',
  'image/jpeg': 'jpg',
  'image/jpg': 'jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'message/delivery-status': 'txt',
  'message/disposition-notification': 'txt',
  'text/calendar': 'ics',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/rfc822-headers': 'txt',
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
  'video/mp4': 'mp4',
};
const fixedNames: Readonly<Record<string, string>> = {
  'application/pkcs7-mime': 'smime.p7m',
  'application/x-pkcs7-mime': 'smime.p7m',
  'application/pkcs7-signature': 'smime.p7s',
  'application/x-pkcs7-signature': 'smime.p7s',
  'application/pgp-signature': 'signature.asc',
  'text/calendar': 'invite.ics',
};
/** A name that a phone can save under; `.eml` ends the name of an embedded message, which some need to open it. */
export function attachmentName(part: MimePart, embeddedSubject: string): string {
  const given = (part.name ?? '')
    .replace(/[/\\:*?"<>|\x00-\x1f]/g, '_')
    .trim()
    .slice(0, 200);
  if (part.type === 'message/rfc822' || part.type === 'message/global') {
    const name =
      given ||
      embeddedSubject
        .replace(/[/\\:*?"<>|\x00-\x1f]/g, '_')
        .trim()
        .slice(0, 100) ||
      'message';
    return /\.eml$/i.test(name) ? name : `${name}.eml`;
  }
  const ending = endings[part.type];
  return given || fixedNames[part.type] || `attachment-${part.part}${ending === undefined ? '' : `.${ending}`}`;
}
