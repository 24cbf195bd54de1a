module missingunlock

go 1.26
