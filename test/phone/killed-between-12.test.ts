import { testKilledBetween } from './killed-between.ts';

testKilledBetween('12.1');
