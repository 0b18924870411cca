-- expect: ok
sElEcT Id FrOm ReGiOnS wHeRe Id In (1,2)
