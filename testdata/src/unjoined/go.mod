module unjoined

go 1.26
