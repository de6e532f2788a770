export { formatXml } from './format.ts';
export { parseXml, XmlError } from './parse.ts';
