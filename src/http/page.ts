import { readFile } from 'node:fs/promises';
import type { RequestHandler } from 'express';
import { sendAnswer } from './answer.ts';

const html = (text: string): string =>
  [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    '<title>Easel</title><style>body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}</style>',
    `<h1>Easel</h1><p>This is an Exchange ActiveSync server. Add an Exchange account on a phone to use it: the server is this page's address.</p>${text}\n`,
  ].join('');
const trust =
  '<p>It has a certificate of its own making. On an iPhone, first install <a href="/ca.pem">its authority</a> as a profile, and switch it on at Settings → General → About → Certificate Trust Settings. On Android, install it as a CA certificate, or let the account accept all certificates.</p>';

/** For a browser that looks. `authority`: whether phones must be told to trust this server's own. */
export function createPage(authority: boolean): RequestHandler {
  const body = Buffer.from(html(authority ? trust : ''));
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'private' };
  return (req, res) => sendAnswer(req, res, { status: 200, headers, body: [body] });
}

/** The certificate of the authority, as iOS takes it for a profile. It is no secret. */
export function createAuthorityFile(path: string): RequestHandler {
  const headers = {
    'Content-Type': 'application/x-x509-ca-cert',
    'Content-Disposition': 'attachment; filename="easel-ca.pem"',
    'Cache-Control': 'no-cache',
  };
  return async (req, res) => sendAnswer(req, res, { status: 200, headers, body: [await readFile(path)] });
}
