import { testKilledBetween } from './killed-between.ts';

testKilledBetween('16.1');
