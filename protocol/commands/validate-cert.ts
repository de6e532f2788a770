import { validateCert as page } from '../pages/index.ts';
import { boolean, container, int, many, one, optional, type ReadOf, text, type WrittenOf } from '../schema/index.ts';

const request = container(
  page.ValidateCert,
  optional(container(page.CertificateChain, many(page.Certificate, text))),
  one(container(page.Certificates, many(page.Certificate, text))),
  optional(page.CheckCRL, boolean),
);

const response = container(
  page.ValidateCert,
  one(page.Status, int),
  many(container(page.Certificate, one(page.Status, int))),
);

/** [MS-ASCMD] 2.2.1.22 ValidateCert. Certificates are base64 text. */
export const validateCert = { request, response };
export type ValidateCertRequest = ReadOf<typeof request>;
export type ValidateCertResponse = WrittenOf<typeof response>;
