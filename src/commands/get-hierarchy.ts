import { contentTypes, encodeChunks, getHierarchy, write } from '../../protocol/index.ts';
import { folderTypes } from '../domain/collection.ts';
import type { BareCommand } from './define.ts';

/** [MS-ASCMD] 2.2.3.186.4 Type (GetHierarchy): it knows no others. */
const generic = 1;
const lastDefault = 6;

/** [MS-ASCMD] 2.2.1.8 GetHierarchy, up to 12.1: the folders of mail. */
export const getHierarchyCommand: BareCommand = {
  name: 'GetHierarchy',
  body: 'none',
  answer: async ({ read, version }) => {
    const folders = (await read((reader) => reader.collections())).filter(
      ({ type }) => folderTypes[type].class === 'Email',
    );
    const Folder = folders.map(({ id, parent, name, type }) => ({
      ...{ DisplayName: name, ServerId: id, Type: type > lastDefault ? generic : type, ParentId: parent },
    }));
    const { chunks } = encodeChunks(write(getHierarchy.response, { Folder }, { version }));
    return { type: contentTypes.wbxml, body: chunks };
  },
};
