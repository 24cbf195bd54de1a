module atomicmix

go 1.26
