module wait

go 1.26
