module guardedby

go 1.26
