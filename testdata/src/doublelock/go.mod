module doublelock

go 1.26
