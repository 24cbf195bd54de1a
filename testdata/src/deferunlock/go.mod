module deferunlock

go 1.26
