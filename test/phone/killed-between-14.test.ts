import { testKilledBetween } from './killed-between.ts';

testKilledBetween('14.1');
